"""What AWS does between a queue and a function of Lambda: messages go to it in batches, and come again when its answer names
them."""

import threading

import local_lambda

# Longer than a function may take for a batch.
HELD_S = 150


class Mapping(threading.Thread):
    """Hands the queue's messages to a function until it is told to stop."""

    def __init__(self, queues, invoke):
        super().__init__(daemon=True)
        self.sqs, self.url, self.invoke = queues.sqs, queues.url, invoke
        self.stopped, self.broken, self.asked = threading.Event(), None, 0

    def run(self):
        try:
            while not self.stopped.is_set():
                held = {"MaxNumberOfMessages": 10, "WaitTimeSeconds": 1, "VisibilityTimeout": HELD_S}
                messages = self.sqs.receive_message(QueueUrl=self.url, **held).get("Messages", [])
                if messages:
                    self.hand_over(messages)
        except Exception as error:  # noqa: BLE001 - it is told by the thread that waits for the film
            self.broken = error

    def hand_over(self, messages):
        self.asked += 1
        records = [local_lambda.record(message["MessageId"], message["Body"]) for message in messages]
        answer = self.invoke({"Records": records})
        again = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
        for message in messages:
            known = {"QueueUrl": self.url, "ReceiptHandle": message["ReceiptHandle"]}
            if message["MessageId"] in again:
                self.sqs.change_message_visibility(**known, VisibilityTimeout=0)
            else:
                self.sqs.delete_message(**known)
