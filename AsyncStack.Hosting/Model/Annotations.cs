
namespace AsyncStack.Hosting.ApplicationModel;

/// <summary>Adds to a resource's environment when it starts.</summary>
public sealed class EnvironmentCallbackAnnotation(Func<EnvironmentCallbackContext, Task> callback) : IResourceAnnotation
{
    /// <summary>Called once for each start of each replica.</summary>
    public Func<EnvironmentCallbackContext, Task> Callback { get; } = callback;
}

/// <summary>The environment being put together for one start.</summary>
public sealed class EnvironmentCallbackContext(
    DistributedApplicationExecutionContext executionContext,
    IResource resource,
    Dictionary<string, object> environmentVariables,
    CancellationToken cancellationToken)
{
    /// <summary>Strings, or value providers that are evaluated after all callbacks have run.</summary>
    public Dictionary<string, object> EnvironmentVariables { get; } = environmentVariables;

    /// <summary>Whether the graph runs or is published.</summary>
    public DistributedApplicationExecutionContext ExecutionContext { get; } = executionContext;

    /// <summary>The resource that starts.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>Cancelled when the start is.</summary>
    public CancellationToken CancellationToken { get; } = cancellationToken;
}

/// <summary>Adds to a resource's arguments when it starts.</summary>
public sealed class CommandLineArgsCallbackAnnotation(Func<CommandLineArgsCallbackContext, Task> callback) : IResourceAnnotation
{
    /// <summary>Called once for each start of each replica.</summary>
    public Func<CommandLineArgsCallbackContext, Task> Callback { get; } = callback;
}

/// <summary>The arguments being put together for one start.</summary>
public sealed class CommandLineArgsCallbackContext(IList<object> args, CancellationToken cancellationToken)
{
    /// <summary>Strings, or value providers that are evaluated after all callbacks have run.</summary>
    public IList<object> Args { get; } = args;

    /// <summary>Cancelled when the start is.</summary>
    public CancellationToken CancellationToken { get; } = cancellationToken;
}

/// <summary>How many processes run a project.</summary>
public sealed class ReplicaAnnotation(int replicas) : IResourceAnnotation
{
    /// <summary>At least 1.</summary>
    public int Replicas { get; } = replicas;
}

/// <summary>The resource starts only when told to.</summary>
public sealed class ExplicitStartupAnnotation : IResourceAnnotation;

/// <summary>All endpoints of the resource speak HTTP/2 without negotiation.</summary>
public sealed class Http2ServiceAnnotation : IResourceAnnotation;

/// <summary>The resource is shown under another.</summary>
public sealed class ResourceRelationshipAnnotation(IResource resource, string type) : IResourceAnnotation
{
    /// <summary>The other resource.</summary>
    public IResource Resource { get; } = resource;

    /// <summary><c>Parent</c>, <c>Reference</c> or <c>WaitFor</c>.</summary>
    public string Type { get; } = type;
}

/// <summary>What a wait waits for.</summary>
public enum WaitType
{
    /// <summary>The dependency runs and is healthy.</summary>
    WaitUntilHealthy,

    /// <summary>The dependency has ended with the expected exit code.</summary>
    WaitForCompletion,

    /// <summary>The dependency runs.</summary>
    WaitUntilStarted,
}

/// <summary>The resource starts only after another has come so far.</summary>
public sealed class WaitAnnotation(IResource resource, WaitType waitType, int exitCode = 0) : IResourceAnnotation
{
    /// <summary>The resource waited for.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>How far it must have come.</summary>
    public WaitType WaitType { get; } = waitType;

    /// <summary>The exit code that counts as success, for <see cref="ApplicationModel.WaitType.WaitForCompletion"/>.</summary>
    public int ExitCode { get; } = exitCode;
}

/// <summary>A health check registered in the builder's services decides the resource's health.</summary>
public sealed class HealthCheckAnnotation(string key) : IResourceAnnotation
{
    /// <summary>The registration's name.</summary>
    public string Key { get; } = key;
}

/// <summary>An HTTP request decides the resource's health.</summary>
public sealed class HttpHealthCheckAnnotation(string? endpointName, string path, int statusCode) : IResourceAnnotation
{
    /// <summary>The endpoint asked; null for the first HTTP endpoint.</summary>
    public string? EndpointName { get; } = endpointName;

    /// <summary>Path of the request.</summary>
    public string Path { get; } = path;

    /// <summary>The status that means healthy.</summary>
    public int StatusCode { get; } = statusCode;
}

/// <summary>An address shown for a resource besides its endpoints.</summary>
public sealed class ResourceUrlAnnotation : IResourceAnnotation
{
    /// <summary>The address, or a path on <see cref="Endpoint"/>.</summary>
    public required string Url { get; set; }

    /// <summary>What to show instead of the address.</summary>
    public string? DisplayText { get; set; }

    /// <summary>The endpoint the address belongs to.</summary>
    public EndpointReference? Endpoint { get; init; }
}

/// <summary>Changes how one endpoint's address is shown.</summary>
public sealed class EndpointUrlCallbackAnnotation(string endpointName, Action<ResourceUrlAnnotation> callback) : IResourceAnnotation
{
    /// <summary>The endpoint's name.</summary>
    public string EndpointName { get; } = endpointName;

    /// <summary>Changes the address.</summary>
    public Action<ResourceUrlAnnotation> Callback { get; } = callback;
}

/// <summary>A command that can be run on a resource.</summary>
public sealed class ResourceCommandAnnotation(
    string name, string displayName, Func<ExecuteCommandContext, Task<ExecuteCommandResult>> executeCommand, CommandOptions? options) : IResourceAnnotation
{
    /// <summary>Unique among the resource's commands.</summary>
    public string Name { get; } = name;

    /// <summary>What people read.</summary>
    public string DisplayName { get; } = displayName;

    /// <summary>Does it.</summary>
    public Func<ExecuteCommandContext, Task<ExecuteCommandResult>> ExecuteCommand { get; } = executeCommand;

    /// <summary>How it is offered.</summary>
    public CommandOptions Options { get; } = options ?? new CommandOptions();
}

/// <summary>How a command is offered.</summary>
public sealed class CommandOptions
{
    /// <summary>What it does, in a sentence.</summary>
    public string? Description { get; set; }

    /// <summary>Asked before it runs.</summary>
    public string? ConfirmationMessage { get; set; }

    /// <summary>Decides, whenever the resource is shown or the command is run, whether it may; it always may unless stated.</summary>
    public Func<UpdateCommandStateContext, ResourceCommandState>? UpdateState { get; set; }
}

/// <summary>Whether a command is offered.</summary>
public enum ResourceCommandState
{
    /// <summary>It can be run.</summary>
    Enabled,

    /// <summary>It is shown and cannot be run now.</summary>
    Disabled,

    /// <summary>It is not shown.</summary>
    Hidden,
}

/// <summary>What decides whether a command is offered.</summary>
public sealed class UpdateCommandStateContext
{
    /// <summary>The resource now.</summary>
    public required CustomResourceSnapshot ResourceSnapshot { get; init; }

    /// <summary>The graph's services.</summary>
    public required IServiceProvider ServiceProvider { get; init; }
}

/// <summary>What a command gets to know.</summary>
public sealed class ExecuteCommandContext
{
    /// <summary>The graph's services.</summary>
    public required IServiceProvider ServiceProvider { get; init; }

    /// <summary>The resource the command runs on.</summary>
    public required string ResourceName { get; init; }

    /// <summary>Cancelled when whoever asked goes away.</summary>
    public required CancellationToken CancellationToken { get; init; }
}

/// <summary>How a command went.</summary>
public sealed class ExecuteCommandResult
{
    /// <summary>Whether it did what it is for.</summary>
    public required bool Success { get; init; }

    /// <summary>Why not.</summary>
    public string? ErrorMessage { get; init; }
}

/// <summary>Makes results.</summary>
public static class CommandResults
{
    /// <summary>It did what it is for.</summary>
    public static ExecuteCommandResult Success() => new() { Success = true };

    /// <summary>It did not; the message says why.</summary>
    public static ExecuteCommandResult Failure(string? errorMessage = null) => new() { Success = false, ErrorMessage = errorMessage };

    /// <summary>It did not; the exception says why.</summary>
    public static ExecuteCommandResult Failure(Exception exception) => Failure(exception.Message);
}
