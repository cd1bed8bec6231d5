package tools.choco.onboarding;

/**
 * One thing that is wrong with a request.
 *
 * @param pointer JSON pointer to the place, for instance {@code /answers/firstName}
 * @param code stable code, lower snake case
 * @param detail sentence for people; never repeats the value that was sent
 */
public record Issue(String pointer, String code, String detail) {}
