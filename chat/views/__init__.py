"""The rooms over HTTP: pages and forms that work without script, and the socket's twins."""
