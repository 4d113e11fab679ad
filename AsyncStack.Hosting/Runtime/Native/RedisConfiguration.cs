namespace AsyncStack.Hosting.Runtime.Native;

/// <summary>Settings of a Redis or Valkey server.</summary>
internal static class RedisConfiguration
{
    /// <summary>Durable (append-only file, synced each second) where the graph gives it a data volume, else in memory only.</summary>
    public static string Write(ResourceStart start, int port, string address, string folder)
    {
        var durable = start.Container.Mounts.Any(mount => mount.IsVolume);
        var password = string.IsNullOrEmpty(start.Password) ? "protected-mode no" : $"requirepass \"{Escape(start.Password)}\"";
        return $"""
            bind {address}
            port {port}
            {password}
            dir "{Escape(folder)}"
            daemonize no
            logfile ""
            maxmemory 512mb
            maxmemory-policy volatile-lru
            save ""
            appendonly {(durable ? "yes" : "no")}
            appendfsync everysec
            tcp-keepalive 60

            """;
    }

    private static string Escape(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
}
