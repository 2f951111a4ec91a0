"""What is drawn, and how it is marked."""

from viewer.state.layers import Layers, Show, Trace, lead_suffix


def test_a_recording_opens_raw_even_when_the_overlay_was_on_before():
    layers = Layers(show=Show.OVERLAY, has_denoised=True)
    layers.reset()
    assert layers.traces == (Trace.RAW,)


def test_without_a_denoised_signal_only_the_raw_trace_is_drawn():
    layers = Layers()
    for show in Show:
        layers.set_show(show)
        assert layers.traces == (Trace.RAW,)
        assert not layers.denoised_visible


def test_an_overlay_asked_for_early_appears_when_the_denoised_signal_comes():
    layers = Layers()
    layers.set_show(Show.OVERLAY)
    layers.set_has_denoised(True)
    assert layers.traces == (Trace.RAW, Trace.DENOISED)


def test_holding_the_flicker_key_swaps_raw_and_denoised_and_letting_go_swaps_back():
    layers = Layers(has_denoised=True)
    layers.set_flickering(True)
    assert layers.traces == (Trace.DENOISED,)
    layers.set_flickering(False)
    assert layers.traces == (Trace.RAW,)


def test_toggling_twice_returns_to_the_raw_trace():
    layers = Layers(has_denoised=True)
    layers.toggle(Show.OVERLAY)
    layers.toggle(Show.OVERLAY)
    assert layers.show is Show.RAW


def test_every_page_with_a_denoised_trace_says_so_on_its_leads():
    layers = Layers(has_denoised=True)
    for show in Show:
        layers.set_show(show)
        assert layers.denoised_visible == ("den." in lead_suffix(layers.traces))


def test_listeners_hear_each_change_once():
    layers, heard = Layers(), []
    layers.changed.connect(lambda: heard.append(layers.traces))
    layers.set_has_denoised(True)
    layers.set_show(Show.DENOISED)
    layers.set_show(Show.DENOISED)
    assert len(heard) == 2


def test_side_by_side_shows_raw_first_and_flickering_exchanges_the_rows():
    layers = Layers(show=Show.SIDE_BY_SIDE)
    assert layers.split == ()  # nothing cleaned yet
    layers.set_has_denoised(True)
    assert layers.split == (Trace.RAW, Trace.DENOISED)
    assert layers.traces == (Trace.RAW, Trace.DENOISED)
    layers.set_flickering(True)
    assert layers.split == (Trace.DENOISED, Trace.RAW)
    layers.set_show(Show.OVERLAY)
    assert layers.split == ()
