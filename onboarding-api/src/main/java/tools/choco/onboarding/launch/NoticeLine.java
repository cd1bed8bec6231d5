package tools.choco.onboarding.launch;

import java.util.function.Supplier;

/**
 * A line that a part of the service adds to what is printed once it is ready.
 *
 * @param label one short word
 * @param text what there is to say, asked for when everything has started
 */
public record NoticeLine(String label, Supplier<String> text) {}
