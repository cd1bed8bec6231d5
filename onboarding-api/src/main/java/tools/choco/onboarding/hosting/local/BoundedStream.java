package tools.choco.onboarding.hosting.local;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A stream that fails once more was read from it than is allowed. */
final class BoundedStream extends FilterInputStream {

    private final String refusal;
    private long left;

    /**
     * @param refusal what the failure says
     */
    BoundedStream(InputStream in, long bytesMax, String refusal) {
        super(in);
        this.left = bytesMax;
        this.refusal = refusal;
    }

    @Override
    public int read() throws IOException {
        int read = super.read();
        count(read < 0 ? 0 : 1);
        return read;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int read = super.read(bytes, offset, length);
        count(Math.max(0, read));
        return read;
    }

    @Override
    public long skip(long length) throws IOException {
        long skipped = super.skip(length);
        count(skipped);
        return skipped;
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    private void count(long read) throws IOException {
        left -= read;
        if (left < 0) {
            throw new IOException(refusal);
        }
    }
}
