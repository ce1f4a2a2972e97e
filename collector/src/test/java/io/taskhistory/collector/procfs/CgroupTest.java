package io.taskhistory.collector.procfs;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.history.RawText;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CgroupTest {

  private static final String ID = "0123456789abcdef".repeat(4);

  private static Cgroup parse(String lines) {
    return Cgroup.parse(lines.getBytes(StandardCharsets.ISO_8859_1));
  }

  @ParameterizedTest
  @ValueSource(strings = {
    "/docker/ID",
    "/system.slice/docker-ID.scope",
    "/machine.slice/libpod-ID.scope/container",
    "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1.slice/cri-containerd-ID.scope",
    "/kubepods.slice/kubepods-pod1.slice/crio-ID.scope",
    "/kubepods/besteffort/pod1/ID",
    "/system.slice/containerd.service/kubepods-pod1.slice:cri-containerd:ID",
    "/docker/ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff/docker/ID/init.scope",
  })
  void container_ofKnownRuntime_isItsId(String path) {
    assertThat(parse("0::" + path.replace("ID", ID) + "\n").container()).isEqualTo(RawText.of(ID));
  }

  @ParameterizedTest
  @CsvSource({"/lxc/web/init.scope, web", "/lxc.payload.web/system.slice, web", "/lxc.payload/web, web"})
  void container_ofLxc_isItsName(String path, String name) {
    assertThat(parse("0::" + path + "\n").container()).isEqualTo(RawText.of(name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/user.slice/user-0.slice/session-1.scope", "/machine.slice/crio-conmon-ID.scope",
      "/lxc.monitor.web", "/docker/0123"})
  void container_ofNone_isKnownToBeNone(String path) {
    assertThat(parse("0::" + path.replace("ID", ID) + "\n").container()).isSameAs(RawText.EMPTY);
  }

  @Test
  void path_ofUnifiedHierarchy_countsUnlessItIsTheRoot() {
    assertThat(parse("9:name=systemd:/longer/than/it\n0::/a.slice\n").path()).isEqualTo(RawText.of("/a.slice"));
    assertThat(parse("9:name=systemd:/a\n4:memory:/a/b:c\n0::/\n").path()).isEqualTo(RawText.of("/a/b:c"));
    assertThat(parse("0::/\n").path()).isEqualTo(RawText.of("/"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "0", "0::/cut off", "nothing\n"})
  void parse_nothingWhole_isUnknown(String lines) {
    assertThat(parse(lines)).isSameAs(Cgroup.UNKNOWN);
  }
}
