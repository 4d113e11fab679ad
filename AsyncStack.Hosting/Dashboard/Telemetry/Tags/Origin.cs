using AsyncStack.Hosting.Dashboard.Otlp.Wire;

namespace AsyncStack.Hosting.Dashboard.Telemetry.Tags;

/// <summary>A process that sends: a resource of OpenTelemetry.</summary>
internal sealed class Origin(Tag[] tags) : IEquatable<Origin>
{
    private readonly int _hash = TagsComparer.Instance.GetHashCode(tags);

    public Tag[] Tags { get; } = tags;

    /// <summary><c>service.name</c>.</summary>
    public string Name { get; } = Tag.Find(tags, "service.name") is string { Length: > 0 } name ? name : "unknown_service";

    /// <summary><c>service.instance.id</c>, which tells replicas apart.</summary>
    public string? Instance { get; } = Tag.Find(tags, "service.instance.id") is { } id ? TagText.Of(id) : null;

    public bool Equals(Origin? other) =>
        ReferenceEquals(this, other) || (other is not null && _hash == other._hash && TagsComparer.Instance.Equals(Tags, other.Tags));

    public override bool Equals(object? obj) => Equals(obj as Origin);

    public override int GetHashCode() => _hash;
}

/// <summary>The library or part of a program that measured.</summary>
internal sealed record Scope(string Name, string Version);

/// <summary>Origins and scopes from the wire, each one object as long as it repeats.</summary>
internal sealed class OriginReader
{
    private const int ObjectBytes = 64;

    private readonly Sharing<Origin> _origins = new(1024, EqualityComparer<Origin>.Default);
    private readonly Sharing<Scope> _scopes = new(4096, EqualityComparer<Scope>.Default);

    /// <summary>The sender; when it is new, the first item of its batch answers for it.</summary>
    public Origin Read(Resource? wire, TagReader tags)
    {
        var before = tags.TakeBytes();
        var origin = _origins.Share(new Origin(wire is null ? [] : tags.Read(wire.Attributes)), out var known);
        var own = tags.TakeBytes();
        tags.Charge(known ? before : before + own + ObjectBytes);
        return origin;
    }

    /// <inheritdoc cref="Read(Resource?, TagReader)" />
    public Scope Read(InstrumentationScope? wire, TagReader tags)
    {
        var scope = _scopes.Share(wire is null ? new Scope("", "") : new Scope(tags.Name(wire.Name), tags.Name(wire.Version)), out var known);
        tags.Charge(known ? 0 : ObjectBytes);
        return scope;
    }
}
