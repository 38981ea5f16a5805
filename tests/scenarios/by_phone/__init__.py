"""Pages by telephone and PagerDuty, from the call for help to the silence after it."""
