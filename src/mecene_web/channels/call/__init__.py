"""Call: a task on somebody's list, with what to say."""
