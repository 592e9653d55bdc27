"""The numbers and where they come from: one TOML file per organ, one bibliography, data of studies."""
