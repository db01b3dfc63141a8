-- Ends a run of wrk with a line that the harness reads: done NANOSECONDS PROCESSOR-NANOSECONDS REQUESTS ERRORS
function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format("done %.0f %.0f %.0f %.0f\n", summary.duration * 1000, os.clock() * 1e9, summary.requests,
    errors.connect + errors.read + errors.write + errors.timeout + errors.status))
end
