namespace AsyncStack.Api.Stats;

/// <summary>A part of the statistics cannot be had; the message, which callers see, holds no addresses.</summary>
internal sealed class StatsMissingException(string reason) : Exception(reason);
