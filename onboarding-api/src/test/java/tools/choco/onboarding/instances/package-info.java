/** Several instances on one database, some of which die or freeze. */
@NullMarked
package tools.choco.onboarding.instances;

import org.jspecify.annotations.NullMarked;
