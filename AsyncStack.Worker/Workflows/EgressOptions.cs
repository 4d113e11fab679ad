using System.ComponentModel.DataAnnotations;
using AsyncStack.Core.Egress;

namespace AsyncStack.Worker.Workflows;

/// <summary>Settings of the requests that <c>http</c> steps send, section <c>Egress</c>.</summary>
public sealed class EgressOptions : IValidatableObject
{
    /// <summary>Networks in CIDR notation that may be reached although they are loopback, private or otherwise reserved. Default none.</summary>
    public string[] AllowedNetworks { get; set; } = [];

    /// <summary>How long resolving and connecting may take. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Connections to one target (host and port) at the most. Default 32.</summary>
    [Range(1, 1000)]
    public int ConnectionsPerTarget { get; set; } = 32;

    /// <summary>The rules of networks.</summary>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        EgressRegistration.Check(AllowedNetworks, $"Egress:{nameof(AllowedNetworks)}").Select(wrong => new ValidationResult(wrong));
}
