package tools.choco.onboarding.watch;

/**
 * Some bytes of a stream, shared by every stream that sends them.
 *
 * @param position log position that they stand for; 0 for what is no event
 * @param bytes one or more whole fields of the stream, the blank line included
 */
record Frame(long position, byte[] bytes) {}
