package io.taskhistory.collector.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.collector.linux.Privileges.Capability;
import java.util.List;
import org.junit.jupiter.api.Test;

class PrivilegesTest {

  @Test
  void effective_ofStatus_areThoseWhoseBitIsSet() {
    assertThat(Privileges.effective(List.of("Name:\tx", "CapPrm:\tffffffffffffffff", "CapEff:\t0000000000081000")))
        .containsExactlyInAnyOrder(Capability.CAP_NET_ADMIN, Capability.CAP_SYS_PTRACE);
    assertThat(Privileges.effective(List.of("CapEff:\t000001ffffffffff")))
        .containsExactlyInAnyOrder(Capability.values());
    assertThat(Privileges.effective(List.of("CapEff:\tffffffffffffffff"))).hasSize(Capability.values().length);
    assertThat(Privileges.effective(List.of("CapEff:\t0000000000000000"))).isEmpty();
    assertThat(Privileges.effective(List.of())).isEmpty();
  }

  @Test
  void read_ofThisProcess_tells() {
    Privileges privileges = Privileges.read();
    assertThat(privileges.inInitialNamespaces())
        .isEqualTo(privileges.inInitialPidNamespace() && privileges.inInitialUserNamespace());
  }
}
