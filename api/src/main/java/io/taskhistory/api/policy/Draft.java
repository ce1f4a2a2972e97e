package io.taskhistory.api.policy;

import io.taskhistory.collector.masking.MaskRules;
import io.taskhistory.store.Flush;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** A policy that is being read, with the defaults where nothing has been read. */
final class Draft {

  private static final int MIB = 1 << 20;

  Flush flush = Flush.NONE;
  int freq = 1000;
  long maxStoreSize;
  Duration maxAge = Duration.ZERO;
  Space spaceLeft = new Space(75, false);
  Space adminSpaceLeft = new Space(50, false);
  final Map<Trigger, List<Action>> actions = new EnumMap<>(Trigger.class);
  long queueSize = 64L * MIB;
  long reserve = 32L * MIB;
  List<String> suspendCgroups = List.of();
  Masking mask = Masking.DEFAULT;
  final List<String> maskOptions = new ArrayList<>();
  final List<String> maskPatterns = new ArrayList<>();

  /** Which secrets are taken out of arguments. */
  enum Masking { DEFAULT, CUSTOM, NONE }

  Policy policy(String origin) {
    return new Policy(flush, freq, maxStoreSize, maxAge, spaceLeft, adminSpaceLeft, actions, queueSize, reserve,
        suspendCgroups, maskRules(), origin);
  }

  /** @throws IllegalArgumentException where these are wrong, or too many by now */
  void maskMore(List<String> options, List<String> patterns) {
    maskOptions.addAll(options);
    maskPatterns.addAll(patterns);
    new MaskRules(true, maskOptions, maskPatterns);
  }

  private MaskRules maskRules() {
    return mask == Masking.NONE ? MaskRules.NONE
        : new MaskRules(mask == Masking.DEFAULT, maskOptions, maskPatterns);
  }
}
