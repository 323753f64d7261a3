"""Settings: where things are. Read once at the edge, from the environment (EWS_…) or `ews.toml`."""

import tomllib
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from ews.domain.errors import SettingsError
from ews.events.plain_files import in_short, read_text_file, shortened

FILE = "ews.toml"


def _web_address(value: str) -> str:
    """Refuse what no browser can open, and what would run in one."""
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        message = "give an address like https://mlflow.bank.example"
        raise ValueError(message)
    return value.rstrip("/")


class Settings(BaseSettings):
    """The environment wins over the file. Addresses left out lie below `home`."""

    model_config = SettingsConfigDict(env_prefix="EWS_", toml_file=FILE, extra="forbid", frozen=True)

    home: Path = Path("ews-home")
    database_url: str | None = None
    tracking_uri: str | None = None
    mlflow_url: Annotated[str, AfterValidator(_web_address)] | None = None
    """Where people open MLflow in a browser; the model page leads to the run there."""
    policy: Path | None = None
    """Folder of the bank's own policy files."""
    audit_key: Path | None = None
    """File with the key of the audit log; default: `audit/key` in the home."""
    names: tuple[str, ...] = ()
    """Names under which the service may be asked besides those of this machine."""
    receivers: tuple[str, ...] = ()
    """Hosts that acts may be sent to, where a receiver is added over the API."""
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_redirect_base: str | None = None
    """The bank's own login: its provider, how that knows the service, and where browsers reach the service."""
    oidc_secret_file: Path | None = None
    least_free_mib: Annotated[int, Field(ge=0)] = 1024
    """What the disk of the home must have left for the service to say that it is ready."""
    idle_minutes: Annotated[int, Field(ge=5, le=720)] = 60
    """How long a session outlives doing nothing; after 12 hours it ends in any case."""
    bank_words: tuple[str, ...] = ()
    """What people call the bank; no password may rest on that."""

    @model_validator(mode="after")
    def _is_text(self) -> "Settings":
        nul = [name for name in type(self).model_fields if "\0" in str(getattr(self, name))]
        if nul:
            message = f"'{nul[0]}' holds a NUL character, which no file or address has"
            raise ValueError(message)
        return self

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.home.resolve() / 'ews.db'}"

    @property
    def database_exists(self) -> bool:
        """Tell whether there may be a store already; nobody asks a server."""
        return self.database_url is not None or (self.home.resolve() / "ews.db").is_file()

    @property
    def tracking(self) -> str:
        return self.tracking_uri or f"sqlite:///{self.home.resolve() / 'mlflow.db'}"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is pydantic's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - likewise
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def read_settings(home: Path | None = None) -> Settings:
    """Read the settings, with `home` from the command line before all others; SettingsError says which is wrong."""
    file = Path(FILE)
    try:
        if file.is_symlink() or file.exists():
            tomllib.loads(read_text_file(file))  # pydantic would pass over a folder or a link to nowhere
        return Settings() if home is None else Settings(home=home)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        where = f"in the environment (EWS_…) or in {FILE}"
        message = f"Setting '{shortened(name) or 'all'}' cannot be used: {first['msg']}. Mend it {where}."
        raise SettingsError(message) from None
    except (OSError, ValueError, RecursionError) as error:
        why = error.strerror if isinstance(error, OSError) else in_short(error)
        message = f"The settings in '{file.absolute()}' cannot be read ({why}). Write them as TOML in UTF-8."
        raise SettingsError(message) from error
