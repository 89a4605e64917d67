"""Settings, read once from the environment."""

from functools import cache
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What differs between deployments. Every value comes from the environment variable of its name."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True, hide_input_in_errors=True)

    environment: Literal["development", "production"] = "development"
    database_url: str = "sqlite+aiosqlite:///town_library.db"
    database_connections: int = Field(10, ge=1, description="What one process opens at most.")
    database_wait_seconds: int = Field(5, ge=1, description="How long a request waits for a free connection.")
    database_statement_seconds: int = Field(30, ge=1, description="How long PostgreSQL works on one statement.")
    token_secret: SecretStr = Field(min_length=32, description="Signs access tokens; at least 32 characters.")
    token_minutes: int = Field(30, ge=1, le=24 * 60)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    otel_exporter_otlp_endpoint: str | None = Field(None, description="Where traces go; none are kept without it.")

    @model_validator(mode="after")
    def _production_needs_postgresql(self) -> Self:
        if self.environment == "production" and not self.database_url.startswith("postgresql+asyncpg://"):
            raise ValueError("DATABASE_URL must name a PostgreSQL database (postgresql+asyncpg://...) in production")
        return self


@cache
def get_settings() -> Settings:
    """The settings of this process."""
    return Settings()
