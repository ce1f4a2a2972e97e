/** What tests of sources share. */
@NullMarked
package io.taskhistory.collector.source;

import org.jspecify.annotations.NullMarked;
