"""Where the house listens."""

import socket

import pytest

from community.house import Unable, ports


def test_a_port_that_is_asked_for_and_taken_is_refused_in_a_sentence():
    with ports.listen(0) as taken:
        number = ports.number(taken)
        with pytest.raises(Unable, match=f"Port {number} is taken by something else"):
            ports.listen(number)


def test_without_one_the_usual_port_or_a_free_one_is_taken():
    with ports.listen(None) as first, ports.listen(None) as second:
        assert ports.number(first) != ports.number(second)


def test_it_listens_on_this_machine_only():
    with ports.listen(0) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"


def test_who_comes_while_nobody_serves_waits():
    with ports.listen(0) as listener:
        visitor = socket.create_connection(("127.0.0.1", ports.number(listener)), 1)
        visitor.sendall(b"anyone?")
        visitor.close()


def test_what_is_written_in_two_goes_does_not_wait_for_its_second():
    """Nor where the server believes that its socket is of another kind."""
    with ports.listen(0) as listener:
        visitor = socket.create_connection(("127.0.0.1", ports.number(listener)), 1)
        connection, _ = listener.accept()
        with visitor, connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
