package tools.choco.onboarding.hosting.render;

import java.io.IOException;

/** Where the files of a site go. */
@FunctionalInterface
public interface Output {

    /**
     * Takes a file.
     *
     * @param address from the root of the site, not encoded; of a page ends with a slash or is
     *     empty
     * @param type its content type
     * @param lasting whether an address like this always has this content
     */
    void put(String address, String type, boolean lasting, byte[] content) throws IOException;
}
