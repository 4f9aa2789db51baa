"""Reports: plans, passes and statuses as text and JSON, and what is shown while work goes on."""
