namespace AsyncStack.Hosting.Publishing.Compose;

/// <summary>A Compose file. https://github.com/compose-spec/compose-spec</summary>
internal sealed record ComposeFile
{
    public required string Name { get; init; }

    public required OrderedDictionary<string, ComposeService> Services { get; init; }

    public required OrderedDictionary<string, ComposeNetwork> Networks { get; init; }

    public required OrderedDictionary<string, ComposeVolume> Volumes { get; init; }

    public required OrderedDictionary<string, ComposeSource> Secrets { get; init; }

    public required OrderedDictionary<string, ComposeSource> Configs { get; init; }
}

internal sealed record ComposeService
{
    public required string Image { get; init; }

    public string[]? Entrypoint { get; init; }

    public string[]? Command { get; init; }

    public required string User { get; init; }

    public OrderedDictionary<string, string>? Environment { get; init; }

    [Yaml.YamlName("depends_on")]
    public OrderedDictionary<string, ComposeDependency>? DependsOn { get; init; }

    public string[]? Ports { get; init; }

    public required string[] Networks { get; init; }

    public ComposeMount[]? Secrets { get; init; }

    public ComposeMount[]? Configs { get; init; }

    public string[]? Volumes { get; init; }

    public string[]? Tmpfs { get; init; }

    public ComposeHealth? Healthcheck { get; init; }

    public required string Restart { get; init; }

    [Yaml.YamlName("stop_grace_period")]
    public string? StopGracePeriod { get; init; }

    [Yaml.YamlName("read_only")]
    public bool ReadOnly { get; init; } = true;

    [Yaml.YamlName("cap_drop")]
    public string[] CapDrop { get; init; } = ["ALL"];

    [Yaml.YamlName("security_opt")]
    public string[] SecurityOpt { get; init; } = ["no-new-privileges:true"];

    public required ComposeDeploy Deploy { get; init; }
}

internal sealed record ComposeDependency(string Condition);

internal sealed record ComposeMount(string Source, string Target);

internal sealed record ComposeHealth
{
    public required string[] Test { get; init; }

    public required string Interval { get; init; }

    public required string Timeout { get; init; }

    public required int Retries { get; init; }

    [Yaml.YamlName("start_period")]
    public required string StartPeriod { get; init; }
}

internal sealed record ComposeDeploy(ComposeResources Resources);

internal sealed record ComposeResources(ComposeLimits Limits);

internal sealed record ComposeLimits(string Cpus, string Memory);

internal sealed record ComposeNetwork
{
    public bool? Internal { get; init; }
}

internal sealed record ComposeVolume;

internal sealed record ComposeSource(string File);
