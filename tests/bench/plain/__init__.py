"""The chat of the Channels tutorial, with what any real one adds first: people who are signed
in, and a row in the database for each message. What ours is measured against.
"""
