"""Statistics of listening tests: functions from votes to figures and the sentences that go with them."""
