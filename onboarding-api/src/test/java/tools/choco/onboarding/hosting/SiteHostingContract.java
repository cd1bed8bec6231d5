package tools.choco.onboarding.hosting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import tools.choco.onboarding.provisioning.Deployment;
import tools.choco.onboarding.provisioning.GithubAccount;
import tools.choco.onboarding.provisioning.HostedSite;
import tools.choco.onboarding.provisioning.HostingFailure;
import tools.choco.onboarding.provisioning.Project;
import tools.choco.onboarding.provisioning.SiteHosting;
import tools.choco.onboarding.provisioning.Source;
import tools.choco.onboarding.provisioning.WelcomeSite;

/** What every host of sites keeps to, wherever it puts them. */
public abstract class SiteHostingContract {

    protected static final GithubAccount ADA = new GithubAccount("ada", "ada-secret-token");
    protected static final GithubAccount BOB = new GithubAccount("bob", "bob-secret-token");

    protected static final HostedSite NOTES = site("user-ada", "ada-notes", "blog-starter");
    protected static final HostedSite MANUAL = site("user-ada", "ada-manual", "docs-starter");
    protected static final HostedSite WORKS = site("user-bob", "bob-works", "portfolio-starter");

    /** The host; after a death the one that came back. */
    protected abstract SiteHosting host();

    /** Goes on with a host that has nothing on it. */
    protected abstract void begin();

    /**
     * Runs an operation on the host, which dies before its nth lasting change, and brings the host
     * back. Returns false if the operation ended before there were as many.
     */
    protected abstract boolean dies(int change, Consumer<SiteHosting> operation);

    /** Replaces a file in the source of a site, as its owner does. */
    protected abstract void edit(HostedSite site, GithubAccount account, String path, String text);

    /** How many changes the source has seen. */
    protected abstract int changes(HostedSite site, GithubAccount account);

    /** What is served at an address; nothing if that is not found. */
    protected abstract Optional<String> served(String url);

    @Test
    void takesASiteFromNothingToTheWeb() {
        assertThat(host().resolveSource(NOTES, ADA, "ada/notes"))
                .isEqualTo(new Source("ada/notes"));
        Project project = host().createProject(NOTES);
        host().createDeployHook(NOTES);
        Deployment deployment = host().deploy(NOTES);

        assertThat(deployment.ready()).as(deployment.detail()).isTrue();
        assertThat(deployment.projectId()).isEqualTo(project.projectId());
        assertThat(deployment.repository()).isEqualTo("ada/notes");
        assertThat(deployment.detail()).isNotBlank();
        assertThat(served(deployment.url())).get().asString().contains("Ada Notes");
    }

    @Test
    void showsNothingBeforeTheFirstDeploy() {
        host().resolveSource(NOTES, ADA, "ada/notes");
        host().createProject(NOTES);
        host().createDeployHook(NOTES);
        String url = url(NOTES);

        begin();
        host().resolveSource(NOTES, ADA, "ada/notes");
        host().createProject(NOTES);
        host().createDeployHook(NOTES);
        assertThat(served(url)).isEmpty();
    }

    @Test
    void answersARepeatLikeTheFirstCall() {
        Source source = host().resolveSource(NOTES, ADA, "ada/notes");
        assertThat(host().resolveSource(NOTES, ADA, "ada/notes")).isEqualTo(source);
        Project project = host().createProject(NOTES);
        assertThat(host().createProject(NOTES)).isEqualTo(project);
        host().createDeployHook(NOTES);
        host().createDeployHook(NOTES);
        Deployment deployment = host().deploy(NOTES);
        assertThat(host().deploy(NOTES)).isEqualTo(deployment);
        assertThat(host().resolveSource(NOTES, ADA, "ada/notes")).isEqualTo(source);
        assertThat(host().createProject(NOTES)).isEqualTo(project);

        WelcomeSite welcome = host().publishWelcomeSite(WORKS);
        assertThat(host().publishWelcomeSite(WORKS)).isEqualTo(welcome);
    }

    @Test
    void keepsTheSourceWhateverNameIsAskedForLater() {
        host().resolveSource(NOTES, ADA, "ada/notes");

        assertThat(host().resolveSource(NOTES, ADA, "ada/other").repository())
                .isEqualTo("ada/notes");
    }

    @Test
    void leavesWhatTheOwnerHasWritten() {
        provision(NOTES, ADA, "ada/notes");
        edit(NOTES, ADA, "about.md", "Written by hand.");
        int changes = changes(NOTES, ADA);

        host().resolveSource(NOTES, ADA, "ada/notes");

        assertThat(changes(NOTES, ADA)).isEqualTo(changes).isGreaterThan(1);
    }

    @Test
    void refusesARepositoryThatAnotherSiteHas() {
        host().resolveSource(NOTES, ADA, "ada/notes");

        assertThatExceptionOfType(HostingFailure.class)
                .isThrownBy(() -> host().resolveSource(MANUAL, ADA, "ada/notes"))
                .satisfies(
                        refused ->
                                assertThat(refused.kind())
                                        .isEqualTo(HostingFailure.Kind.USER_ACTION));
        // Nothing stuck to it: another name works.
        assertThat(host().resolveSource(MANUAL, ADA, "ada/manual").repository())
                .isEqualTo("ada/manual");
    }

    @Test
    void refusesARepositoryOfAnotherAccount() {
        assertThatExceptionOfType(HostingFailure.class)
                .isThrownBy(() -> host().resolveSource(NOTES, ADA, "bob/notes"))
                .satisfies(
                        refused -> {
                            assertThat(refused.kind()).isEqualTo(HostingFailure.Kind.USER_ACTION);
                            assertThat(refused).hasMessageNotContaining(ADA.token());
                        });
    }

    @Test
    void servesWhatIsPushedOnceItIsDeployed() {
        Deployment first = provision(NOTES, ADA, "ada/notes");

        edit(NOTES, ADA, "index.md", "---\ntitle: Another title\n---\nNew words.");
        assertThat(served(first.url())).get().asString().doesNotContain("New words.");
        Deployment second = host().deploy(NOTES);

        assertThat(second.ready()).isTrue();
        assertThat(second.url()).isEqualTo(first.url());
        assertThat(served(first.url())).get().asString().contains("New words.");
    }

    @Test
    void leavesTheLastGoodVersionUpWhenTheSourceIsBroken() {
        Deployment good = provision(NOTES, ADA, "ada/notes");
        Optional<String> before = served(good.url());

        edit(NOTES, ADA, "index.md", "---\ntitle: [unfinished\n---\nNew words.");
        Deployment broken = host().deploy(NOTES);
        assertThat(broken.ready()).isFalse();
        assertThat(broken.detail()).contains("index.md");
        assertThat(broken.url()).isEqualTo(good.url());
        assertThat(host().deploy(NOTES)).isEqualTo(broken);
        assertThat(served(good.url())).isEqualTo(before);

        edit(NOTES, ADA, "index.md", "---\ntitle: finished\n---\nNew words.");
        assertThat(host().deploy(NOTES).ready()).isTrue();
        assertThat(served(good.url())).get().asString().contains("New words.");
    }

    @Test
    void servesAWelcomeSiteWithoutAnAccount() {
        WelcomeSite welcome = host().publishWelcomeSite(WORKS);

        assertThat(served(welcome.url())).get().asString().contains("Bob Works");
    }

    @Test
    void leadsFromTheWelcomeSiteToTheOneThatTookItsPlace() {
        String welcome = host().publishWelcomeSite(WORKS).url();
        host().resolveSource(WORKS, BOB, "bob/works");
        host().createProject(WORKS);
        host().createDeployHook(WORKS);
        assertThat(served(welcome)).get().asString().contains("Bob Works");

        edit(WORKS, BOB, "index.md", "---\ntitle: My own\n---\nMy own words.");
        host().deploy(WORKS);

        assertThat(served(welcome)).get().asString().contains("My own words.");
    }

    @Test
    void keepsSitesApart() {
        Deployment notes = provision(NOTES, ADA, "ada/notes");
        Deployment manual = provision(MANUAL, ADA, "ada/manual");
        Deployment works = provision(WORKS, BOB, "bob/notes");
        assertThat(List.of(notes.projectId(), manual.projectId(), works.projectId()))
                .doesNotHaveDuplicates();
        Optional<String> manualBefore = served(manual.url());
        Optional<String> worksBefore = served(works.url());

        edit(NOTES, ADA, "index.md", "---\ntitle: Other\n---\nOther words.");
        host().deploy(NOTES);

        assertThat(host().deploy(MANUAL)).isEqualTo(manual);
        assertThat(served(manual.url())).isEqualTo(manualBefore).isPresent();
        assertThat(served(works.url())).isEqualTo(worksBefore).isPresent();
        assertThat(changes(MANUAL, ADA)).isEqualTo(1);
    }

    @Test
    void makesOneOfEachForManyCallsAtOnce() throws Exception {
        assertThat(atOnce(host -> host.resolveSource(NOTES, ADA, "ada/notes")))
                .containsOnly(new Source("ada/notes"));
        assertThat(changes(NOTES, ADA)).isEqualTo(1);
        assertThat(atOnce(host -> host.createProject(NOTES))).hasSize(1);
        atOnce(
                host -> {
                    host.createDeployHook(NOTES);
                    return true;
                });
        assertThat(atOnce(host -> host.deploy(NOTES)))
                .singleElement()
                .satisfies(deployment -> assertThat(deployment.ready()).isTrue());
        assertThat(atOnce(host -> host.publishWelcomeSite(WORKS))).hasSize(1);
    }

    @Test
    void givesARepositoryThatTwoSitesWantToOneOfThem() throws Exception {
        List<Callable<Boolean>> wishes = new ArrayList<>();
        for (HostedSite site : List.of(NOTES, MANUAL)) {
            wishes.add(
                    () -> {
                        try {
                            host().resolveSource(site, ADA, "ada/wanted");
                            return true;
                        } catch (HostingFailure taken) {
                            assertThat(taken.kind()).isEqualTo(HostingFailure.Kind.USER_ACTION);
                            return false;
                        }
                    });
        }

        assertThat(run(wishes)).containsExactlyInAnyOrder(true, false);
    }

    @Test
    void survivesItsDeathWhileItResolvesASource() {
        survives(
                () -> {},
                host -> host.resolveSource(NOTES, ADA, "ada/notes"),
                () -> {
                    assertThat(changes(NOTES, ADA)).isEqualTo(1);
                    assertThat(host().resolveSource(NOTES, ADA, "ada/other").repository())
                            .isEqualTo("ada/notes");
                });
    }

    @Test
    void survivesItsDeathWhileItCreatesAProject() {
        survives(
                () -> host().resolveSource(NOTES, ADA, "ada/notes"),
                host -> host.createProject(NOTES),
                () -> {
                    host().createDeployHook(NOTES);
                    assertThat(host().deploy(NOTES).ready()).isTrue();
                });
    }

    @Test
    void survivesItsDeathWhileItCreatesAHook() {
        survives(
                () -> {
                    host().resolveSource(NOTES, ADA, "ada/notes");
                    host().createProject(NOTES);
                },
                host -> host.createDeployHook(NOTES),
                () -> assertThat(host().deploy(NOTES).ready()).isTrue());
    }

    @Test
    void survivesItsDeathWhileItDeploys() {
        String[] url = {""};
        survives(
                () -> {
                    url[0] = provision(NOTES, ADA, "ada/notes").url();
                    edit(NOTES, ADA, "index.md", "---\ntitle: Second\n---\nNew words.");
                },
                host -> host.deploy(NOTES),
                // The old version or the new one, at any moment.
                () -> assertThat(served(url[0])).isPresent(),
                () -> assertThat(served(url[0])).get().asString().contains("New words."));
    }

    @Test
    void survivesItsDeathWhileItPublishesAWelcomeSite() {
        survives(
                () -> {},
                host -> host.publishWelcomeSite(WORKS),
                () ->
                        assertThat(served(host().publishWelcomeSite(WORKS).url()))
                                .get()
                                .asString()
                                .contains("Bob Works"));
    }

    private Deployment provision(HostedSite site, GithubAccount account, String repository) {
        host().resolveSource(site, account, repository);
        host().createProject(site);
        host().createDeployHook(site);
        Deployment deployment = host().deploy(site);
        assertThat(deployment.ready()).as(deployment.detail()).isTrue();
        return deployment;
    }

    private String url(HostedSite site) {
        return host().deploy(site).url();
    }

    private void survives(Runnable given, Consumer<SiteHosting> operation, Runnable then) {
        survives(given, operation, () -> {}, then);
    }

    private void survives(
            Runnable given, Consumer<SiteHosting> operation, Runnable meanwhile, Runnable then) {
        for (int change = 1; ; change++) {
            begin();
            given.run();
            boolean died = dies(change, operation);
            meanwhile.run();
            operation.accept(host());
            then.run();
            if (!died) {
                assertThat(change).as("changes it can die before").isGreaterThan(1);
                return;
            }
        }
    }

    private <T> List<T> atOnce(Call<T> call) throws Exception {
        int callers = 6;
        CyclicBarrier start = new CyclicBarrier(callers);
        List<Callable<T>> calls = new ArrayList<>();
        for (int i = 0; i < callers; i++) {
            calls.add(
                    () -> {
                        start.await();
                        return call.on(host());
                    });
        }
        return run(calls).stream().distinct().toList();
    }

    private static <T> List<T> run(List<Callable<T>> calls) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<T> answers = new ArrayList<>();
            for (Future<T> answer : threads.invokeAll(calls)) {
                answers.add(answer.get());
            }
            return answers;
        }
    }

    @FunctionalInterface
    private interface Call<T> {
        T on(SiteHosting host);
    }

    protected static HostedSite site(String userId, String slug, String templateId) {
        return new HostedSite(
                UUID.nameUUIDFromBytes(slug.getBytes(StandardCharsets.UTF_8)).toString(),
                userId,
                slug,
                templateId);
    }
}
