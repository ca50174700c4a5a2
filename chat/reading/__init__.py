"""Reading a room: what stands in its log, drawn once, given to each as they may see.

history   pages of it, by place, in both directions
finding   words in it
replay    what happened after a place: live frames, catch-up and the HTTP twin
stretch   a piece of it as it is handed out
plain     pieces in which nothing happened but that messages were posted; mould casts these
drawing   entries.py is one thing in the log; sides.py what is asked for beside a message
asides    what only the one concerned learns; telling.py what stands there for an author
company   who may read
packet    a frame, made once for many sockets
"""
