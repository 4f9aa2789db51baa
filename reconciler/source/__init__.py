"""Source: the repository that a fleet is kept in, here or elsewhere, and the notes that go back to it."""
