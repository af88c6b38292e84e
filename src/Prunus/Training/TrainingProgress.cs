namespace Prunus.Training;

/// <summary>Where a training stands.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Steps">Steps in all.</param>
/// <param name="Latest">Metrics of the last step done.</param>
/// <param name="TokensPerSecond">Since the previous report; null in the first.</param>
/// <param name="Evaluation">Latest evaluation, or null.</param>
public sealed record TrainingProgress(int Step, int Steps, StepMetrics Latest, double? TokensPerSecond, EvaluationPoint? Evaluation);

/// <summary>What was measured in a step.</summary>
/// <param name="Step">Steps done with it, from 1.</param>
/// <param name="Loss">Weighted sum of the losses.</param>
/// <param name="Terms">Each loss, in the objective's order.</param>
/// <param name="LearningRate">Rate of the step.</param>
/// <param name="GradientNorm">Norm of all gradients before clipping.</param>
public sealed record StepMetrics(int Step, double Loss, IReadOnlyList<double> Terms, double LearningRate, double GradientNorm);

/// <summary>Result of an evaluation.</summary>
/// <param name="Step">Steps done before it.</param>
/// <param name="Value">What the evaluation gave, mostly a loss in nats per token.</param>
public readonly record struct EvaluationPoint(int Step, double Value);

/// <summary>Outcome of a training; the weights are in the student.</summary>
/// <param name="Steps">Metrics of every step, also of sessions before a resume.</param>
/// <param name="Evaluations">All evaluations.</param>
/// <param name="ResumedFrom">Step that this session started at.</param>
public sealed record TrainingResult(IReadOnlyList<StepMetrics> Steps, IReadOnlyList<EvaluationPoint> Evaluations, int ResumedFrom);
