package tools.choco.onboarding.webhook;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * Posts deliveries. It follows no redirect, keeps no cookie, repeats nothing by itself, uses no
 * proxy, and reads no more of an answer than its head, within bounds of time and size. Every
 * delivery has a connection of its own, to an address that was let through for it.
 */
final class Sender implements AutoCloseable {

    private static final int HEADERS_MAX = 100;
    private static final int HEADER_LENGTH_MAX = 8192;

    private final CloseableHttpClient client;
    private final ScheduledExecutorService timers;
    private final long deliveryMillisMax;

    /**
     * @param addresses says where a host's connections may go
     * @param timers ends what takes too long
     */
    Sender(DnsResolver addresses, WebhookSettings settings, ScheduledExecutorService timers) {
        this.timers = timers;
        this.deliveryMillisMax = settings.deliveryTimeout().toMillis();
        int connectionsMax = settings.webhooksAtOnceMax() * settings.deliveriesAtOnceMax();
        this.client =
                HttpClients.custom()
                        .setConnectionManager(
                                PoolingHttpClientConnectionManagerBuilder.create()
                                        .setDnsResolver(addresses)
                                        .setMaxConnTotal(connectionsMax)
                                        .setMaxConnPerRoute(connectionsMax)
                                        .setConnectionFactory(
                                                ManagedHttpClientConnectionFactory.builder()
                                                        .http1Config(
                                                                Http1Config.custom()
                                                                        .setMaxHeaderCount(
                                                                                HEADERS_MAX)
                                                                        .setMaxLineLength(
                                                                                HEADER_LENGTH_MAX)
                                                                        .build())
                                                        .build())
                                        .setDefaultConnectionConfig(
                                                ConnectionConfig.custom()
                                                        .setConnectTimeout(
                                                                Timeout.of(
                                                                        settings.connectTimeout()))
                                                        .setSocketTimeout(
                                                                Timeout.of(
                                                                        settings.responseTimeout()))
                                                        .build())
                                        .build())
                        .setDefaultRequestConfig(
                                RequestConfig.custom()
                                        .setResponseTimeout(Timeout.of(settings.responseTimeout()))
                                        .setConnectionRequestTimeout(
                                                Timeout.of(settings.deliveryTimeout()))
                                        .setRedirectsEnabled(false)
                                        .setAuthenticationEnabled(false)
                                        .setProtocolUpgradeEnabled(false)
                                        .build())
                        .setConnectionReuseStrategy((request, response, context) -> false)
                        .setUserAgent("choco-onboarding-webhooks")
                        .disableRedirectHandling()
                        .disableAutomaticRetries()
                        .disableCookieManagement()
                        .disableContentCompression()
                        .disableAuthCaching()
                        .build();
    }

    /**
     * What came of a delivery.
     *
     * @param status HTTP status; null if there was no answer
     * @param error why it failed, one word; null if the receiver took it
     */
    record Result(@Nullable Integer status, @Nullable String error) {

        static Result failed(String error) {
            return new Result(null, error);
        }

        boolean isDelivered() {
            return error == null;
        }
    }

    /** Posts a body once. */
    Result send(URI url, Map<String, String> headers, byte[] body) {
        HttpPost request = new HttpPost(url);
        headers.forEach(request::setHeader);
        request.setEntity(new ByteArrayEntity(body, ContentType.APPLICATION_JSON));
        AtomicBoolean late = new AtomicBoolean();
        ScheduledFuture<?> end =
                timers.schedule(
                        () -> {
                            late.set(true);
                            request.cancel();
                        },
                        deliveryMillisMax,
                        TimeUnit.MILLISECONDS);
        try {
            HttpHost target = new HttpHost(url.getScheme(), url.getHost(), UrlRule.port(url));
            ClassicHttpResponse response = client.executeOpen(target, request, null);
            int status = response.getCode();
            // Closing alone would read what is left of the answer first, however long it is.
            request.cancel();
            closeQuietly(response);
            return status / 100 == 2
                    ? new Result(status, null)
                    : new Result(status, status / 100 == 3 ? "redirect" : "status");
        } catch (IOException | RuntimeException failure) {
            return Result.failed(late.get() ? "timeout" : word(failure));
        } finally {
            end.cancel(false);
            request.cancel();
        }
    }

    @Override
    public void close() {
        try {
            client.close();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static void closeQuietly(ClassicHttpResponse response) {
        try {
            response.close();
        } catch (IOException cut) {
            // It was cut off on purpose.
        }
    }

    /** In words of ours: what an exception says may tell of the network it comes from. */
    private static String word(Exception failure) {
        return switch (failure) {
            case GuardedResolver.RefusedAddress refused -> "address_refused";
            case java.net.UnknownHostException unknown -> "host_unknown";
            case ConnectTimeoutException slow -> "timeout";
            case SocketTimeoutException slow -> "timeout";
            case SSLException untrusted -> "tls_failed";
            case java.net.ConnectException unreachable -> "not_reachable";
            default -> "connection_failed";
        };
    }
}
