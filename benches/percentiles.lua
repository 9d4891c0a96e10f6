-- What wrk prints of a run: requests a second, and the slowness of the middle, the 95th and the 99th of a hundred.
done = function(summary, latency)
  local ms = function(percent) return latency:percentile(percent) / 1000 end
  local bad = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout
  io.write(string.format("%8.0f req/s   p50 %7.2f ms   p95 %7.2f ms   p99 %7.2f ms   %d bad\n",
    summary.requests / (summary.duration / 1e6), ms(50), ms(95), ms(99), bad))
end
