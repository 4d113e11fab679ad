namespace AsyncStack.Notifier.Egress;

/// <summary>A target that policy forbids to call; trying again would not help.</summary>
internal sealed class EgressRefusedException(string message) : Exception(message);
