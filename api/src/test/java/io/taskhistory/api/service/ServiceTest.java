package io.taskhistory.api.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.taskhistory.api.Scene;
import io.taskhistory.api.cli.Machinery;
import io.taskhistory.api.policy.Keeper;
import io.taskhistory.api.policy.Policy;
import io.taskhistory.api.witness.LeafCgroup;
import io.taskhistory.collector.CollectorView;
import io.taskhistory.history.ClockLedger;
import io.taskhistory.store.BootFacts;
import io.taskhistory.store.HistoryStore;
import io.taskhistory.store.StoreException;
import io.taskhistory.store.StoreSettings;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceTest {

  @TempDir
  private Path parent;

  /** A machine on which the scene takes place, and which writes down what is asked of it. */
  private static final class Stage implements Machine {

    final List<String> steps = new ArrayList<>();
    final Scene scene = new Scene();
    @Nullable String refusal;
    @Nullable RuntimeException failure;

    @Override
    public List<Shortage> shortages() {
      return List.of();
    }

    @Override
    public HistoryStore open(Path directory) {
      if (refusal != null) {
        throw new StoreException(refusal);
      }
      steps.add("open");
      return scene.store;
    }

    @Override
    public Following follow(HistoryStore store, Consumer<Throwable> onFailure) {
      if (failure != null) {
        throw failure;
      }
      steps.add("follow");
      return new Following() {
        @Override
        public long watermark() {
          return scene.collector.watermark();
        }

        @Override
        public long kept() {
          return watermark();
        }

        @Override
        public boolean awaitNow(Duration atMost) {
          return scene.collector.awaitNow(atMost);
        }

        @Override
        public CollectorView.Status status() {
          return scene.collector.status();
        }

        @Override
        public void close() {
          steps.add("unfollow");
        }
      };
    }
  }

  private final Stage stage = new Stage();

  private Service start(boolean auth) {
    return Service.start(stage, new DataDirectory(parent.resolve("data")),
        Admission.at(Listen.parse("127.0.0.1:0"), auth), null, e -> { });
  }

  private static int status(String url, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
  }

  @Test
  void service_started_answersWhoeverHasTheToken() throws Exception {
    try (Service service = start(true)) {
      String token = new DataDirectory(parent.resolve("data")).token().orElseThrow();
      assertThat(service.link()).contains(service.url() + "/#token=" + token);
      assertThat(status(service.url() + "/api/v1/status")).isEqualTo(401);
      assertThat(status(service.url() + "/api/v1/status", "Authorization", "Bearer " + token)).isEqualTo(200);
      assertThat(new DataDirectory(parent.resolve("data")).endpoint()).contains(service.url());
    }
    assertThat(stage.steps).containsExactly("open", "follow", "unfollow");
    assertThat(new DataDirectory(parent.resolve("data")).endpoint()).isEmpty();
  }

  @Test
  void token_rotated_isTakenWithoutARestart() throws Exception {
    DataDirectory directory = new DataDirectory(parent.resolve("data"));
    try (Service service = start(true)) {
      String old = directory.token().orElseThrow();
      String renewed = directory.renewToken();
      assertThat(renewed).isNotEqualTo(old);
      assertThat(directory.token()).contains(renewed);
      String asked = service.url() + "/api/v1/status";
      await().atMost(Duration.ofSeconds(60)).until(() -> status(asked, "Authorization", "Bearer " + renewed) == 200);
      assertThat(status(asked, "Authorization", "Bearer " + old)).isEqualTo(401);
      assertThat(service.link().orElseThrow()).endsWith(renewed);
    }
  }

  @Test
  void token_deletedOrSpoiled_letsNobodyInUntilThereIsOneAgain() throws Exception {
    DataDirectory directory = new DataDirectory(parent.resolve("data"));
    try (Service service = start(true)) {
      String asked = service.url() + "/api/v1/status";
      String bearer = "Bearer " + directory.token().orElseThrow();
      Files.delete(directory.tokenFile());
      await().atMost(Duration.ofSeconds(60)).until(() -> status(asked, "Authorization", bearer) == 401);
      String renewed = directory.renewToken();
      await().atMost(Duration.ofSeconds(60)).until(() -> status(asked, "Authorization", "Bearer " + renewed) == 200);
      Files.writeString(directory.tokenFile(), "too short\n");
      await().atMost(Duration.ofSeconds(60)).until(() -> status(asked, "Authorization", "Bearer " + renewed) == 401);
      assertThat(status(asked, "Authorization", "Bearer too short")).isEqualTo(401);
    }
  }

  @Test
  void service_withoutAuth_makesNoToken() throws Exception {
    try (Service service = start(false)) {
      assertThat(service.link()).isEmpty();
      assertThat(status(service.url() + "/api/v1/status")).isEqualTo(200);
      assertThat(parent.resolve("data/token")).doesNotExist();
    }
  }

  @Test
  void port_inUse_leavesEverythingAlone() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> Service.start(stage, new DataDirectory(parent.resolve("data")),
          Admission.at(Listen.parse("127.0.0.1:" + taken.getLocalPort()), true), null, e -> { }))
          .isInstanceOf(ServiceException.class).hasMessageContaining("--listen");
    }
    assertThat(stage.steps).isEmpty();
    assertThat(parent.resolve("data")).doesNotExist();
  }

  @Test
  void store_thatRefuses_leavesTheDirectoryAlone() throws Exception {
    stage.refusal = "made by a newer version";
    assertThatThrownBy(() -> start(true)).isInstanceOf(StoreException.class).hasMessage("made by a newer version");
    try (Stream<Path> files = Files.list(parent.resolve("data"))) {
      assertThat(files).isEmpty();
    }
  }

  /** Nobody else would thaw it: the next start fails as this one does. */
  @Test
  void store_thatRefuses_keepsNobodySuspended_unlessItIsInUse() throws Exception {
    Machinery.assumeRoot();
    Path data = parent.resolve("data");
    stage.refusal = "it is damaged";
    try (LeafCgroup group = LeafCgroup.any()) {
      BootFacts facts = new BootFacts("01234567-89ab-cdef-0123-456789abcdef", 1, new ClockLedger.Row(1, 0, 0));
      try (HistoryStore ofAnother = Stores.open(data, facts, StoreSettings.DEFAULT)) {
        Files.writeString(data.resolve("frozen"),
            Files.readString(Path.of("/proc/sys/kernel/random/boot_id")) + group.freezeSwitch() + "\n");
        group.freeze();
        await().until(group::isFrozen);
        assertThatThrownBy(this::startAndKeep).as("beside %s", ofAnother).hasMessage("it is damaged");
        assertThat(group.isFrozen()).isTrue();
      }
      assertThatThrownBy(this::startAndKeep).hasMessage("it is damaged");
      assertThat(group.isFrozen()).isFalse();
      assertThat(data.resolve("frozen")).doesNotExist();
    }
  }

  private void startAndKeep() {
    DataDirectory data = new DataDirectory(parent.resolve("data"));
    Service.start(stage, data, Admission.at(Listen.parse("127.0.0.1:0"), false),
        Keeper.Setup.of(Policy.DEFAULT, data.path(), (command, environment) -> { }), e -> { }).close();
  }

  @Test
  void collector_thatRefuses_closesWhatIsOpen() {
    stage.failure = new IllegalStateException("no source");
    assertThatThrownBy(() -> start(true)).hasMessage("no source");
    assertThatThrownBy(() -> stage.scene.reader().boots()).isInstanceOf(StoreException.class);
    assertThat(parent.resolve("data/endpoint")).doesNotExist();
  }
}
