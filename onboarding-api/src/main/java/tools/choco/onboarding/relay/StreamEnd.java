package tools.choco.onboarding.relay;

import org.jspecify.annotations.Nullable;

/**
 * How far the stream is, as its last message says.
 *
 * @param sequence sequence number that the stream gave last, also if that message is gone
 * @param position log position of the last message that is there; 0 if there is none
 * @param eventId event id of that message; null if there is none
 */
record StreamEnd(long sequence, long position, @Nullable String eventId) {}
