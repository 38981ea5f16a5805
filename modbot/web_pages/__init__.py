"""Pages without staff chat: the button that a mail's link leads to, and `POST /page`."""
