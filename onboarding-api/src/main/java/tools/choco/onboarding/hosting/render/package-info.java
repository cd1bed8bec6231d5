/**
 * Turns the source of a site, Markdown and images, into the files that are served. Raw HTML comes
 * out as text and links lead to the web or nowhere, so no page can carry a script.
 */
@NullMarked
package tools.choco.onboarding.hosting.render;

import org.jspecify.annotations.NullMarked;
