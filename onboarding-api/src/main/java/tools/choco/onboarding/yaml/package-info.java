/**
 * YAML files of configuration: found on the class path and in a directory, read strictly, and
 * refused with file and line.
 */
@NullMarked
package tools.choco.onboarding.yaml;

import org.jspecify.annotations.NullMarked;
