package tools.choco.onboarding.flow.config;

import tools.choco.onboarding.flow.Flow;

/**
 * A flow as configured: what sessions are offered, and where it was read.
 *
 * @param flow the flow
 * @param content canonical JSON of everything above except the hash, which is made of it
 * @param file name of the file, as messages give it
 * @param versionLine line of the file that gives the version, from 1
 */
public record FlowDefinition(Flow flow, String content, String file, int versionLine) {}
