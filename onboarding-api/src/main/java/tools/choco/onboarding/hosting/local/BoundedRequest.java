package tools.choco.onboarding.hosting.local;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A request whose body is unpacked here, and ends with an error when it is longer than allowed:
 * whoever reads it would unpack without a bound.
 */
final class BoundedRequest extends HttpServletRequestWrapper {

    private static final String CONTENT_ENCODING = "Content-Encoding";

    private final long bytesMax;
    private @Nullable ServletInputStream body;

    BoundedRequest(HttpServletRequest request, long bytesMax) {
        super(request);
        this.bytesMax = bytesMax;
    }

    @Override
    public @Nullable String getHeader(String name) {
        return name.equalsIgnoreCase(CONTENT_ENCODING) ? null : super.getHeader(name);
    }

    @Override
    public ServletInputStream getInputStream() throws IOException {
        if (body == null) {
            String encoding = super.getHeader(CONTENT_ENCODING);
            InputStream plain =
                    encoding == null
                            ? super.getInputStream()
                            : new GZIPInputStream(super.getInputStream());
            body =
                    new Body(
                            new BoundedStream(
                                    plain, bytesMax, "the body of the request is too long"));
        }
        return body;
    }

    private static final class Body extends ServletInputStream {

        private final InputStream in;
        private boolean finished;

        Body(InputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            int read = in.read();
            finished = read < 0;
            return read;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int read = in.read(bytes, offset, length);
            finished = read < 0;
            return read;
        }

        @Override
        public boolean isFinished() {
            return finished;
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setReadListener(ReadListener listener) {
            throw new UnsupportedOperationException("read by blocking");
        }
    }
}
