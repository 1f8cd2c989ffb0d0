"""The HTTP interface: sign-in, and what programs call under ``/api/v1``."""
