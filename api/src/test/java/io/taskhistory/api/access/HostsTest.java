package io.taskhistory.api.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class HostsTest {

  private final Hosts tls = new Hosts(1340, true,
      () -> Set.of("host.example", "*.wild.example", "[2001:db8:0:0:0:0:0:1]", "192.0.2.1"));

  @Test
  void host_thatIsNamed_isOurs() {
    for (String host : new String[] {
        "host.example:1340", "HOST.example:1340", "a.wild.example:1340", "[2001:db8::1]:1340", "192.0.2.1:1340",
        "127.0.0.1:1340", "localhost:1340", "[::1]:1340"}) {
      assertThat(tls.isOurs(host)).as(host).isTrue();
      assertThat(tls.isOurOrigin("https://" + host)).as(host).isTrue();
      assertThat(tls.isOurOrigin("http://" + host)).as(host).isFalse();
    }
  }

  @Test
  void host_other_isForeign() {
    for (String host : new String[] {
        "", ":1340", "host.example", "host.example:443", "host.example.:1340", "evil.example:1340",
        "xhost.example:1340", "a.b.wild.example:1340", "wild.example:1340", ".wild.example:1340x", "[2001:db8::2]:1340",
        "192.0.2.2:1340", "192.0.2.1:01340", "host.example:1340:1340", "[::1", "*.wild.example.evil:1340"}) {
      assertThat(tls.isOurs(host)).as(host).isFalse();
    }
    assertThat(tls.isOurs(null)).isFalse();
  }

  @Test
  void port_ofTheScheme_mayBeLeftAway() {
    assertThat(new Hosts(443, true, () -> Set.of("host.example")).isOurs("host.example")).isTrue();
    assertThat(new Hosts(80, false, Set::of).isOurs("127.0.0.1")).isTrue();
    assertThat(new Hosts(80, true, Set::of).isOurs("127.0.0.1")).isFalse();
  }
}
