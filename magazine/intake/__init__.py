"""The one small server for those who answer: takes a submission, seals it, keeps it; it knows no secret."""
