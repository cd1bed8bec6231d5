package tools.choco.onboarding.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.http.converter.autoconfigure.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

class ContractPagesTest {

    private static final Pattern LINK = Pattern.compile("(?:src|href)=\"([^\"]+)\"");

    private static ConfigurableApplicationContext service;
    private static URI address;

    private final ContractValidator validator = ContractValidator.packaged();
    private final HttpClient http = HttpClient.newHttpClient();

    @Configuration(proxyBeanMethods = false)
    @Import({ContractController.class, PageAssets.class})
    @ImportAutoConfiguration({
        TomcatServletWebServerAutoConfiguration.class,
        DispatcherServletAutoConfiguration.class,
        HttpMessageConvertersAutoConfiguration.class,
        WebMvcAutoConfiguration.class
    })
    static class PagesOnly {}

    @BeforeAll
    static void start() {
        service =
                new SpringApplicationBuilder(PagesOnly.class)
                        .properties(
                                Map.of(
                                        "server.address", "127.0.0.1",
                                        "server.port", "0",
                                        "spring.config.name", "none",
                                        "spring.web.resources.add-mappings", "false",
                                        "spring.main.banner-mode", "off"))
                        .run();
        address =
                URI.create(
                        "http://127.0.0.1:"
                                + service.getEnvironment()
                                        .getRequiredProperty("local.server.port"));
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @Test
    void servesTheCheckedInFile() throws Exception {
        HttpResponse<String> answer = get("/openapi.yaml");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(Files.readString(Path.of("../docs/openapi.yaml")));
        assertThat(answer.headers().firstValue("Content-Type"))
                .hasValue("application/yaml;charset=UTF-8");
        assertThat(answer.headers().firstValue("Cache-Control")).hasValue("no-cache");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/openapi.yaml", "/docs"})
    void savesAClientWhatItHas(String path) throws Exception {
        String tag = get(path).headers().firstValue("ETag").orElseThrow();
        HttpResponse<String> answer = get(path, "If-None-Match", tag);
        assertThat(answer.statusCode()).isEqualTo(304);
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void servesAPageThatAllowsThisOriginOnly() throws Exception {
        HttpResponse<String> answer = get("/docs");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Security-Policy").orElseThrow())
                .startsWith(
                        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self'"
                                + " data:")
                .doesNotContain("http", "unsafe-eval", "*");
        assertThat(answer.body())
                .doesNotContain("//", "onload", "<style")
                .doesNotContainPattern("<script>|<script [^>]*>[^<]");
    }

    @Test
    void servesEverythingThatThePageLoads() throws Exception {
        HttpResponse<String> page = get("/docs");
        var links = LINK.matcher(page.body()).results().map(link -> link.group(1)).toList();
        assertThat(links).contains("docs/assets/swagger-ui-bundle.js", "docs/assets/page.js");
        for (String link : links) {
            HttpResponse<String> answer = get(address.resolve("/docs").resolve(link).getPath());
            assertThat(answer.statusCode()).as(link).isEqualTo(200);
            assertThat(answer.body()).as(link).isNotEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "swagger-ui.css, text/css",
        "swagger-ui-bundle.js, text/javascript",
        "page.js, text/javascript",
        "favicon-32x32.png, image/png"
    })
    void saysWhatAnAssetIs(String asset, String type) throws Exception {
        HttpResponse<String> answer = get("/docs/assets/" + asset);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith(type);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "index.html",
                "swagger-initializer.js",
                "oauth2-redirect.html",
                "swagger-ui.js",
                "../openapi.yaml",
                "..%2fopenapi.yaml"
            })
    void keepsTheRestInside(String asset) throws Exception {
        assertThat(get("/docs/assets/" + asset).statusCode()).isIn(400, 404);
    }

    private HttpResponse<String> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        HttpRequest built = request.build();
        HttpResponse<String> answer = http.send(built, HttpResponse.BodyHandlers.ofString());
        if (!path.contains("/assets/")) {
            validator.check(Exchange.of(built, null, answer));
        }
        return answer;
    }
}
