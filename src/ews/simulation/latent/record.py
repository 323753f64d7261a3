"""Record: the course as a world writes it down, month by month."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ews.simulation.arrays import Flags, Floats, Ints
from ews.simulation.latent.course import ABSENT, DEFAULT_AT, Cause, Course
from ews.simulation.latent.diary import Diary

CHANNELS = ("trade", "squeeze", "appetite", "diversion", "reluctance")


@dataclass(frozen=True, slots=True)
class Record:
    """Matrices are borrower × month, `channels` a matrix for each of CHANNELS."""

    channels: NDArray[np.float32]
    arrears: NDArray[np.int8]
    cause: NDArray[np.int8]
    expected_pd: NDArray[np.float32]

    @classmethod
    def empty(cls, size: int, months: int) -> Self:
        return cls(
            np.full((len(CHANNELS), size, months), np.nan, np.float32),
            np.full((size, months), ABSENT, np.int8),
            np.full((size, months), Cause.NONE, np.int8),
            np.full((size, months), np.nan, np.float32),
        )

    def write(self, month: int, channels: Floats, arrears: Ints, cause: Ints) -> None:
        """Write down the end of `month`; channels of who is absent are left out, a cause stands where default comes."""
        self.arrears[:, month] = arrears
        self.channels[:, :, month] = np.where(arrears != ABSENT, channels, np.nan)
        self.cause[:, month] = np.where(arrears == DEFAULT_AT, cause, Cause.NONE)

    def write_expected(self, month: int, counts: Flags, pd: Floats) -> None:
        self.expected_pd[counts, month] = pd[counts]

    def course(self, diary: Diary) -> Course:
        episodes = diary.episodes(self.arrears.shape[1])
        channels = dict(zip(CHANNELS, self.channels, strict=True))
        return Course(
            arrears=self.arrears, **channels, cause=self.cause, expected_pd=self.expected_pd, episodes=episodes
        )
