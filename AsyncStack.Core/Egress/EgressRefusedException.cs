namespace AsyncStack.Core.Egress;

/// <summary>A target that policy forbids to call; trying again would not help.</summary>
public sealed class EgressRefusedException(string message) : Exception(message);
