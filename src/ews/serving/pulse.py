"""Pulse: how the work beside the requests does, as the process knows it: nights of casework, deliveries to receivers.

Written by the one thread that goes round, read by whoever asks for the figures.
"""

from dataclasses import dataclass


@dataclass(slots=True)
class Pulse:
    """Counts since the process began; `night_fails` while the last night that was tried did not come to its end."""

    nights: int = 0
    nights_failed: int = 0
    night_fails: bool = False
    deliveries_failed: int = 0

    def night_done(self) -> None:
        self.nights += 1
        self.night_fails = False

    def night_failed(self) -> None:
        self.nights_failed += 1
        self.night_fails = True

    def delivery_failed(self) -> None:
        self.deliveries_failed += 1
