"""Rules about time: windows, deadlines, ages, lengths, what the service does by itself, and how often somebody may."""
