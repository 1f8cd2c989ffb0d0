"""Sign in."""

import reflex as rx

from discovery_app.api_address import backend
