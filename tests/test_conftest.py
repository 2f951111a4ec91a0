"""The fences around every test really hold."""

import os
import socket
from pathlib import Path

import pytest

from tests.conftest import ATTEMPTS
from viewer import folders


def test_the_network_is_out_of_reach_and_the_attempt_is_remembered():
    with pytest.raises(OSError, match="no network"), socket.socket() as client:
        client.connect(("127.0.0.1", 80))
    with pytest.raises(OSError, match="no network"):
        socket.create_connection(("physionet.org", 443))

    assert len(ATTEMPTS) == 2
    ATTEMPTS.clear()


def test_settings_logs_and_cache_stay_out_of_the_users_profile():
    home = Path.home()
    for folder in (folders.config_folder(), folders.log_folder(), folders.cache_folder()):
        assert not folder.is_relative_to(home / ".config")
        assert folder.parent.name.startswith("leadlight-test-")


def test_windows_are_drawn_off_screen_unless_someone_wants_to_watch():
    assert os.environ["QT_QPA_PLATFORM"]
